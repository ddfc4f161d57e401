import { changes, tidy } from './state';

test.each<[string, unknown, unknown]>([
  ['metadata of the answer goes', { $metadata: { requestId: '1' }, Name: 'a' }, { Name: 'a' }],
  ['what is undefined goes', { a: undefined }, {}],
  ['times become texts', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['JSON in a text becomes what it says', { policy: '{"a": [1]}' }, { policy: { a: [1] } }],
  ['other texts stay', '[x', '[x'],
  [
    'lists of tags become maps',
    [
      { Key: 'b', Value: '2' },
      { Key: 'a', Value: '1' },
    ],
    { a: '1', b: '2' },
  ],
  ['in lower case, too', [{ value: '1', key: 'a' }], { a: '1' }],
  ['lists of other things stay', [{ Key: 'a' }], [{ Key: 'a' }]],
  ['an empty list stays', [], []],
])('tidy: %s', (_, value, expected) => {
  expect(tidy(value)).toEqual(expected);
});

test.each<[string, Parameters<typeof changes>, Record<string, string>]>([
  ['nothing', [{ a: { b: [1] } }, { a: { b: [1] } }], {}],
  ['a property', [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: '1' }] } }], { 'a: b.0.c': '1 → "1"' }],
  ['a property that was not there', [{ a: {} }, { a: { b: true } }], { 'a: b': 'nothing → true' }],
  ['one element less', [{ a: { b: [1, 2] } }, { a: { b: [1] } }], { 'a: b.1': '2 → nothing' }],
  ['a property of another type', [{ a: { b: {} } }, { a: { b: null } }], { 'a: b': '{} → null' }],
  [
    'resources',
    [
      { a: {}, b: {} },
      { b: {}, c: {} },
    ],
    { a: 'removed', c: 'added' },
  ],
])('changes: %s', (_, states, expected) => {
  expect(changes(...states)).toEqual(expected);
});
