/** What is to be done, and what has to be done before. */
export interface Scheduled {
  readonly name: string;
  /** The name of the one that comes first. One that is not among the items is done. @default - nothing has to */
  readonly after?: string;
}

/**
 * Works on items in their order, `limit` at a time; one that waits for another lets the next one go first. After a
 * failure nothing more is begun, and the promise rejects with it once what was under way has ended.
 */
export async function inOrder<T extends Scheduled>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const unfinished = new Set(items.map(({ name }) => name));
  const underWay = new Set<Promise<void>>();
  const takeNext = () => {
    const next = waiting.find(({ after }) => after === undefined || !unfinished.has(after));
    if (next) waiting.splice(waiting.indexOf(next), 1);
    return next;
  };
  try {
    for (;;) {
      while (underWay.size < limit) {
        const item = takeNext();
        if (!item) break;
        const one: Promise<void> = work(item).then(() => {
          unfinished.delete(item.name);
          underWay.delete(one);
        });
        underWay.add(one);
      }
      if (underWay.size === 0) return;
      await Promise.race(underWay);
    }
  } finally {
    await Promise.allSettled(underWay);
  }
}
