/** A statement as checks read it, whatever of AWS's spellings it has: every element that may be one or many is a list. */
export interface ReadStatement {
  readonly effect: string;
  /** `*`, or `Service:batch.amazonaws.com`; empty in a role's own policy. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** NotAction, NotResource, NotPrincipal: elements that grant whatever they do not name. */
  readonly negated: readonly string[];
}

/** @throws Error when the text is no policy. */
export function readPolicy(text: string): ReadStatement[] {
  const { Statement } = JSON.parse(text) as { Statement?: unknown };
  if (typeof Statement !== 'object' || Statement === null) throw new Error('has no Statement');
  return list(Statement).map((statement) => {
    const { Effect, Principal, Action, Resource, Condition } = statement as Record<string, unknown>;
    return {
      effect: String(Effect),
      principals:
        typeof Principal === 'object' && Principal !== null
          ? Object.entries(Principal).flatMap(([type, names]) =>
              list(names).map((name) => (name === '*' ? '*' : `${type}:${String(name)}`)),
            )
          : list(Principal).map(String),
      actions: list(Action).map(String),
      resources: list(Resource).map(String),
      conditions: (Condition ?? {}) as ReadStatement['conditions'],
      negated: ['NotAction', 'NotResource', 'NotPrincipal'].filter((key) => key in (statement as object)),
    };
  });
}

function list(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
