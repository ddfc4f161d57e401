import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { parse } from 'yaml';
import { run } from '../builder/command';
import { emulatorFolder } from '../builder/python';
import { checkout } from '../state/folder';
import { administratorKeys, emulatorUrl } from './aws';
import { type Context, command } from './context';

/** Which role each controller assumes in an account: `<service>.<account>` → ARN. Whoever installs the platform applies it. */
export interface RoleMap {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly data: Readonly<Record<string, string>>;
}

/** The map that `make synth` made of environments/, for the official controllers and ours. */
export async function roleMap(): Promise<RoleMap> {
  const folders = ['controller', path.join('overlays', 'self-managed')];
  const maps = await Promise.all(
    folders.map(async (folder) => {
      const file = path.join(checkout, 'argocd', folder, 'ack-role-account-map.generated.yaml');
      return parse(await fs.readFile(file, 'utf8')) as RoleMap;
    }),
  );
  const [first] = maps;
  if (first === undefined) throw new Error('there is no map of roles');
  return { ...first, data: Object.assign({}, ...maps.map(({ data }) => data)) as RoleMap['data'] };
}

/** The accounts in which controllers have roles. */
export async function accounts(): Promise<string[]> {
  const arns = Object.values((await roleMap()).data);
  return [...new Set(arns.flatMap((arn) => arn.split(':')[4] ?? []))];
}

/** Makes the roles of the controllers as argocd/iam/bootstrap.sh does, in all accounts. @throws Error with what AWS said */
export async function makeRoles(context: Context, python: string, signal: AbortSignal): Promise<void> {
  const args = [
    path.join(emulatorFolder, 'bootstrap.py'),
    `--endpoint=${emulatorUrl(context)}`,
    `--admin-keys=${administratorKeys(context.folder)}`,
    `--cluster=sandbox-${context.folder.name}`,
    ...(await accounts()),
  ];
  const { env } = command(context, python, args);
  const { code, stderr } = await run(python, args, { env, signal });
  if (code !== 0) throw new Error(`the roles of the controllers: ${stderr.trim() || `exit code ${code}`}`);
}
