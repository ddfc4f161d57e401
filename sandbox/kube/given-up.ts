import { platformKinds } from '../parts/kinds';
import type { Kubectl } from './kubectl';

/** An object that its controller has given up on: trying again is no use before somebody changes it. */
export interface GivenUp {
  readonly kind: string;
  readonly name: string;
  /** Why, in the words of the controller or of AWS. */
  readonly message: string;
}

interface Item {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** The objects of a namespace whose condition ACK.Terminal is True. @throws KubectlFailed */
export async function givenUp(kubectl: Kubectl, namespace: string, signal?: AbortSignal): Promise<GivenUp[]> {
  const kinds = [...platformKinds()].flatMap(([group, names]) => names.map((name) => `${name}.${group}`));
  const get = ['get', kinds.join(','), `--namespace=${namespace}`, '--output=json'];
  const { items } = JSON.parse(await kubectl.run(get, { signal })) as { items: readonly Item[] };
  return items.flatMap(({ kind, metadata, status }) => {
    const terminal = status?.conditions?.find(({ type }) => type === 'ACK.Terminal');
    return terminal?.status === 'True' ? [{ kind, name: metadata.name, message: terminal.message ?? '' }] : [];
  });
}
