import type { PartSpec } from '../process/part';
import { answersOk } from '../process/checks';
import { type Context, command, port } from './context';

/** Port that the emulator needs. */
export const awsPorts = ['aws'] as const;

/** Where the controllers work, whatever an environment says: see gitops/elsewhere.ts. */
export const account = '120569615884';
export const region = 'eu-central-1';

/** What every AWS client of the sandbox is told; the emulator takes any keys. */
export function awsEnvironment(context: Pick<Context, 'ports'>): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port(context, 'aws')}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    // Nobody asks the network for better keys.
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/**
 * The AWS emulator; its state is saved when it ends and every few seconds.
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
