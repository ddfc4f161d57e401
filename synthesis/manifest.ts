/** A Kubernetes object as it goes into dist/. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

/** `Subnet/sanders-public-subnet-a-dev`: unique in an environment, whose objects are all in one namespace. */
export function idOf(manifest: Manifest): string {
  return `${manifest.kind}/${manifest.metadata.name}`;
}

/** The API group of an object; `''` is Kubernetes' core. */
export function groupOf({ apiVersion }: Pick<Manifest, 'apiVersion'>): string {
  return apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : '';
}

/** A value in an object and where it stands: `spec.routes[0].gatewayRef`. */
export interface Leaf {
  readonly path: string;
  /** The last key of the path that is not an index. */
  readonly key: string;
  readonly value: unknown;
}

/** Every value in `value`, itself included, parents before children. */
export function* walk(value: unknown, path = '', key = ''): Generator<Leaf> {
  yield { path, key, value };
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* walk(item, `${path}[${i}]`, key);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, child] of Object.entries(value)) yield* walk(child, path === '' ? name : `${path}.${name}`, name);
  }
}

/** The value at `a.b[0].c` in an object; undefined where there is none. */
export function valueAt(object: unknown, path: string): unknown {
  const keys = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], object);
}
