/** The schema in a CRD, as far as we read it. */
export interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly type?: string;
  readonly [keyword: string]: unknown;
}

/** What JSON Schema understands of a CRD's schema. An object's unlisted fields are refused: the API server would drop them. */
export function toJsonSchema(schema: Schema): Record<string, unknown> {
  const kept = Object.entries(schema).filter(([keyword]) => !/^(description|format|x-kubernetes-.*)$/.test(keyword));
  return Object.fromEntries([
    ...kept.map(([keyword, value]) => {
      if (keyword === 'properties') return [keyword, mapValues(value as Record<string, Schema>, toJsonSchema)];
      if (typeof value === 'object' && ['items', 'additionalProperties'].includes(keyword))
        return [keyword, toJsonSchema(value as Schema)];
      return [keyword, value];
    }),
    ...(schema.properties !== undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true
      ? [['additionalProperties', false]]
      : []),
  ]) as Record<string, unknown>;
}

function mapValues<A, B>(object: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
