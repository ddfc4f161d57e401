import * as path from 'node:path';
import * as v from 'valibot';
import { officialServices } from '../synthesis/kinds';
import { Expected } from './expected';
import { checkout, type Folder, readIfThere } from './state/folder';

/** The services whose controller may be replaced: those that have an official one. */
export const services = officialServices();

const someText = v.pipe(v.string(), v.nonEmpty());

const schema = v.strictObject({
  /** Controller binaries to run instead of the sandbox's own: service → path. */
  controllers: v.optional(v.record(v.picklist(services), someText), {}),
  /** Folders of CRDs that take the place of the sandbox's own. */
  crds: v.optional(v.array(someText), []),
  /** Images whose Batch jobs run as local processes: image, with * for any text → folder with the program and its Dockerfile. */
  jobImages: v.optional(v.record(someText, someText), {
    '*/sanders-customer-platform-*': path.join(checkout, 'examples', 'job'),
  }),
  /** How often the ACK controllers look whether AWS is still as declared: seconds, 5 to 86400. */
  resyncSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(86_400)), 60),
});

/** What a user may change about a sandbox; all paths are absolute. */
export type Settings = v.InferOutput<typeof schema>;

/**
 * The settings of `.sandbox/<name>/settings.json`, if there is one, with those of the command line on top.
 *
 * @throws Expected when some are not allowed: a line for each mistake
 */
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
    ...stored,
    controllers: Object.fromEntries(Object.entries(controllers).map(([service, file]) => [service, absolute(file)])),
    crds: [...stored.crds, ...options.crds].map(absolute),
    jobImages: Object.fromEntries(Object.entries(stored.jobImages).map(([image, folder]) => [image, absolute(folder)])),
  };
}

function mistakes(where: string, found: readonly string[]): Expected {
  return new Expected('usage', found.map((mistake) => `${where}: ${mistake}`).join('\n'));
}

function split(option: string): [string, string] {
  const [service, file] = option.split(/=(.*)/s);
  if (!service || !file)
    throw mistakes('--controller', [`${option}: want SERVICE=PATH, such as s3=/usr/local/bin/s3-controller`]);
  return [service, file];
}

function parse(where: string, text: string | undefined): Settings {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '{}');
  } catch (error) {
    throw mistakes(where, [(error as Error).message]);
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw mistakes(
    where,
    result.issues.map((issue) => `${v.getDotPath(issue) ?? 'all of it'}: ${issue.message}`),
  );
}
