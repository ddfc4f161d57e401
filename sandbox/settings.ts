import * as path from 'node:path';
import { z } from 'zod';
import { checkout, Folder, readIfThere } from './state/folder';

/** The services whose controller may be replaced. */
export const services = ['s3', 'iam', 'ec2', 'dynamodb', 'ecr', 'sfn'] as const;
export type Service = (typeof services)[number];

const schema = z.strictObject({
  /** Controller binaries to run instead of the sandbox's own: service → path. */
  controllers: z.partialRecord(z.enum(services), z.string().min(1)).default({}),
  /** Folders of CRDs that take the place of the sandbox's own. */
  crds: z.array(z.string().min(1)).default([]),
  /** Images whose Batch jobs run as local processes: image, with * for any text → folder with the program and its Dockerfile. */
  jobImages: z
    .record(z.string().min(1), z.string().min(1))
    .default({ '*/sanders-customer-platform-*': path.join(checkout, 'examples', 'job') }),
});

/** What a user may change about a sandbox; all paths are absolute. */
export type Settings = z.output<typeof schema>;

/** Thrown for settings that are not allowed; the message has a line for each mistake. */
export class BadSettings extends Error {
  constructor(where: string, mistakes: readonly string[]) {
    super(mistakes.map((mistake) => `${where}: ${mistake}`).join('\n'));
    this.name = 'BadSettings';
  }
}

/** The settings of `.sandbox/<name>/settings.json`, if there is one, with those of the command line on top. Throws BadSettings. */
export async function readSettings(
  folder: Folder,
  options: { readonly controller: readonly string[]; readonly crds: readonly string[] },
): Promise<Settings> {
  const file = folder.path('settings.json');
  const stored = parse(file, await readIfThere(file));
  const chosen = parse(
    '--controller',
    JSON.stringify({ controllers: Object.fromEntries(options.controller.map(split)) }),
  );
  const absolute = (value: string) => path.resolve(value);
  const controllers = { ...stored.controllers, ...chosen.controllers };
  return {
    controllers: Object.fromEntries(Object.entries(controllers).map(([service, file]) => [service, absolute(file)])),
    crds: [...stored.crds, ...options.crds].map(absolute),
    jobImages: Object.fromEntries(Object.entries(stored.jobImages).map(([image, folder]) => [image, absolute(folder)])),
  };
}

function split(option: string): [string, string] {
  const [service, file] = option.split(/=(.*)/s);
  if (!service || !file)
    throw new BadSettings('--controller', [`${option}: want SERVICE=PATH, such as s3=/usr/local/bin/s3-controller`]);
  return [service, file];
}

function parse(where: string, text: string | undefined): Settings {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '{}');
  } catch (error) {
    throw new BadSettings(where, [(error as Error).message]);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new BadSettings(
    where,
    result.error.issues.map(({ path, message }) => `${path.join('.') || 'all of it'}: ${message}`),
  );
}
