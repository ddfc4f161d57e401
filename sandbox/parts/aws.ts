import * as fs from 'node:fs/promises';
import type { PartSpec } from '../process/part';
import { answersOk } from '../process/checks';
import type { Folder } from '../state/folder';
import { secretFile } from '../state/secrets';
import { type Context, command, port } from './context';

/** Port that the emulator needs. */
export const awsPorts = ['aws'] as const;

/** The management cluster's account, and where its controllers work if an environment does not say. */
export const account = '120569615884';
export const region = 'eu-central-1';

/** What every AWS client of the sandbox is told; who it is, is told by one of the next two. */
function emulator(context: Pick<Context, 'ports'>): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: emulatorUrl(context),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // Nobody asks the network for better keys.
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Where the emulator listens. */
export function emulatorUrl(context: Pick<Context, 'ports'>): string {
  return `http://127.0.0.1:${port(context, 'aws')}`;
}

/** The file with the access key of the administrator, whom the emulator makes. */
export function administratorKeys(folder: Folder): string {
  return folder.path('secrets', 'aws-administrator.json');
}

/** The environment of the user: an administrator of the account. */
export async function administratorEnvironment(
  context: Pick<Context, 'folder' | 'ports'>,
): Promise<Record<string, string>> {
  const keys = JSON.parse(await fs.readFile(administratorKeys(context.folder), 'utf8')) as AccessKey;
  return {
    ...emulator(context),
    AWS_ACCESS_KEY_ID: keys.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.SecretAccessKey,
  };
}

interface AccessKey {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
}

/** The environment of a pod of a service account: EKS Pod Identity gives it the role that is associated with that. */
export async function podEnvironment(
  context: Context,
  namespace: string,
  serviceAccount: string,
): Promise<Record<string, string>> {
  return {
    ...emulator(context),
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${emulatorUrl(context)}/sanders/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: await secretFile(context.folder, pods, namespace, serviceAccount),
  };
}

/** Folder of the service accounts' tokens, below that of the secrets. */
const pods = 'pods';

/**
 * The AWS emulator; its state is saved when it ends and every few seconds. IAM is in force, for everybody.
 *
 * @param python interpreter that has the emulator's requirements
 * @param sources folder of the emulator's package
 * @param jobImages images whose jobs run as local processes, and the folder of each
 */
export function aws(
  context: Context,
  python: string,
  sources: string,
  jobImages: Readonly<Record<string, string>>,
): PartSpec {
  const { folder } = context;
  const own = port(context, 'aws');
  const args = [
    '-m',
    'sanders_aws',
    `--port=${own}`,
    `--account=${account}`,
    '--iam=enforce',
    `--admin-keys=${administratorKeys(folder)}`,
    `--pods=${folder.path('secrets', pods)}`,
    `--state=${folder.path('aws')}`,
    '--save-every=5',
    ...Object.entries(jobImages).map(([image, directory]) => `--job-image=${image}=${directory}`),
  ];
  return {
    name: 'aws',
    after: [],
    port: own,
    log: folder.log('aws'),
    command: command(context, python, args, { PYTHONPATH: sources }),
    check: answersOk(`http://127.0.0.1:${own}/sanders/health`),
  };
}
