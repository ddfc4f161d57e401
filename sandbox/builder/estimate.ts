import type { Cost } from './catalog';

/** The linker's part of a program's cost; the rest is spread over its packages. */
const linking = 0.1;

/** This many seconds it trusts the costs in the catalog before what it sees on this machine outweighs them. */
const trust = 30;

/** How much of a build is left. Programs are known by their names; an unknown one takes no time. */
export class Estimate {
  /** Seconds of one core for each program: all of it, and what is left. */
  private readonly work = new Map<string, { total: number; left: number }>();
  private readonly costs: ReadonlyMap<string, Cost>;

  /**
   * @param programs - what is going to be built
   * @param cores - how many cores it is spread over
   */
  constructor(
    programs: readonly { readonly name: string; readonly cost: Cost }[],
    private readonly cores: number,
  ) {
    this.costs = new Map(programs.map(({ name, cost }) => [name, cost]));
    for (const { name, cost } of programs) this.work.set(name, { total: cost.seconds, left: cost.seconds });
  }

  /** Notes that `done` of the `total` packages are compiled that Go's cache lacks; it may lack fewer than expected. */
  compiled(program: string, done: number, total: number): void {
    const cost = this.costs.get(program);
    if (!cost) return;
    const perPackage = (cost.seconds * (1 - linking)) / cost.packages;
    const link = cost.seconds * linking;
    this.work.set(program, { total: link + perPackage * total, left: link + perPackage * (total - done) });
  }

  /** Notes that a program is built. */
  built(program: string): void {
    const work = this.work.get(program);
    if (work) work.left = 0;
  }

  /** About how long the rest takes, in milliseconds, when `elapsed` milliseconds are over. */
  left(elapsed: number): number {
    let total = 0;
    let left = 0;
    for (const work of this.work.values()) {
      total += work.total;
      left += work.left;
    }
    const expected = (total - left) / this.cores;
    // How much slower this machine is than the one that the costs were measured on.
    const pace = (elapsed / 1000 + trust) / (expected + trust);
    return (left / this.cores) * pace * 1000;
  }
}
