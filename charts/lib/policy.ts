/** An IAM policy document, with the keys in the order in which AWS returns them. */
export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | { readonly Service: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A policy document of the current version. */
export function policy(...statements: readonly Statement[]): Policy {
  return { Version: '2012-10-17', Statement: statements };
}

/** On one line, as AWS returns bucket and trust policies: ACK compares them by text, and any difference is an update for ever. */
export function compactJson(document: object): string {
  return JSON.stringify(document);
}

/** Indented, for what AWS keeps as it was sent (inline policies, state machine definitions): a change reads well in the diff of dist/. */
export function readableJson(document: object): string {
  return JSON.stringify(document, null, 2);
}
