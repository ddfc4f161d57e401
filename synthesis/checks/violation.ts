import type { Rendered } from '../render';

/** Something in the manifests that must not reach dist/. */
export interface Violation {
  /** The object: `dev Bucket/sanders-customer-platform-dev`. */
  readonly object: string;
  /** Where in it: `spec.versioning.status`. */
  readonly field: string;
  /** The rule that it breaks. */
  readonly rule: string;
  /** What to do about it. */
  readonly fix: string;
}

/** One check, over one environment. It changes nothing. */
export type Check = (rendered: Rendered) => Violation[] | Promise<Violation[]>;

/** Thrown when something must not reach dist/. Its message lists every violation. */
export class CheckError extends Error {
  constructor(readonly violations: readonly Violation[]) {
    const count = violations.length === 1 ? '1 manifest' : `${violations.length} places in the manifests`;
    super([`${count} broke a rule:`, ...violations.flatMap(format)].join('\n'));
    this.name = 'CheckError';
  }
}

function format({ object, field, rule, fix }: Violation): string[] {
  return [`  ${object}: ${field}: ${rule}`, `    fix: ${fix}`];
}
