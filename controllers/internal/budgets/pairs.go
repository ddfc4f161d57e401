package budgets

// pair is an item as declared and as observed: one of them is nil for an item to create or to delete.
type pair[V any] struct{ declared, observed *V }

// pairs says what becomes of each item: those with equal keys belong together, and of the rest those that can be
// exchanged, because to change one into the other is better than to delete one and create the other. The ones to create
// come before the ones to delete.
func pairs[V any, K comparable](declared, observed []V, key func(V) K, exchangeable func(declared, observed V) bool) []pair[V] {
	var kept, exchanged, created, deleted []pair[V]
	have := map[K]*V{}
	for i := range observed {
		have[key(observed[i])] = &observed[i]
	}
	var wanted []*V
	for i := range declared {
		if same, ok := have[key(declared[i])]; ok {
			kept = append(kept, pair[V]{&declared[i], same})
			delete(have, key(declared[i]))
		} else {
			wanted = append(wanted, &declared[i])
		}
	}
	for i := range observed {
		if have[key(observed[i])] != &observed[i] {
			continue
		}
		old := pair[V]{observed: &observed[i]}
		for j, new := range wanted {
			if new != nil && exchangeable(*new, observed[i]) {
				old.declared, wanted[j] = new, nil
				break
			}
		}
		if old.declared != nil {
			exchanged = append(exchanged, old)
		} else {
			deleted = append(deleted, old)
		}
	}
	for _, new := range wanted {
		if new != nil {
			created = append(created, pair[V]{declared: new})
		}
	}
	return append(append(append(kept, exchanged...), created...), deleted...)
}
