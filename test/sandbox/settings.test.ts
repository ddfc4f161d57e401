import * as fs from 'node:fs';
import { readSettings } from '../../sandbox/settings';
import { Folder } from '../../sandbox/state/folder';
import { temporaryFolder } from './process/fakes';

function folderWith(settings?: string): Folder {
  const folder = new Folder('test', temporaryFolder());
  if (settings !== undefined) {
    fs.mkdirSync(folder.root);
    fs.writeFileSync(folder.path('settings.json'), settings);
  }
  return folder;
}

const none = { controller: [], crds: [] };

test('without a file and options nothing is replaced', async () => {
  expect(await readSettings(folderWith(), none)).toMatchObject({ controllers: {}, crds: [] });
});

test('options add to the file, and win', async () => {
  const folder = folderWith('{"controllers": {"s3": "/old", "ecr": "/opt/ecr"}, "crds": ["/crds/ecr"]}');
  const settings = await readSettings(folder, { controller: ['s3=/new=1'], crds: ['/crds/s3'] });
  expect(settings).toMatchObject({ controllers: { s3: '/new=1', ecr: '/opt/ecr' }, crds: ['/crds/ecr', '/crds/s3'] });
});

test('the file may say how often controllers look', async () => {
  expect(await readSettings(folderWith('{"resyncSeconds": 20}'), none)).toMatchObject({ resyncSeconds: 20 });
});

const mistakes: Record<string, { file?: string; controller?: string[]; want: RegExp }> = {
  'no JSON': { file: '{', want: /settings\.json: .*JSON/ },
  'a setting that there is not': { file: '{"controler": {}}', want: /settings\.json: .*controler/ },
  'a service that the platform does not use': { controller: ['sqs=/x'], want: /--controller: controllers.*sqs|"sqs"/ },
  'a resync without a pause': { file: '{"resyncSeconds": 0}', want: /settings\.json: resyncSeconds: .*5/ },
  'no path': { controller: ['s3'], want: /s3: want SERVICE=PATH/ },
};

test.each(Object.entries(mistakes))('refuses %s', async (_, { file, controller = [], want }) => {
  const settings = readSettings(folderWith(file), { controller, crds: [] });
  const message = expect.stringMatching(want) as string;
  await expect(settings).rejects.toMatchObject({ name: 'Expected', ending: 'usage', message });
});
