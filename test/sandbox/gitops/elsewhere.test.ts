import { refuseElsewhere } from '../../../sandbox/gitops/elsewhere';
import { repository } from '../../../sandbox/gitops/remote';
import { Folder } from '../../../sandbox/state/folder';
import { temporaryFolder } from '../process/fakes';
import { Clone, namespace } from './clone';

const sandbox = () => new Folder('one', temporaryFolder());

test('what this checkout would push first is where controllers have roles', async () => {
  await refuseElsewhere(sandbox());
});

test('what was pushed is looked at, and not the checkout', async () => {
  const folder = sandbox();
  const clone = Clone.make(repository(folder));
  await refuseElsewhere(folder);
  clone.push({ 'dist/six/namespace.k8s.yaml': namespace('us-east-1', '111122223333') });
  const says = /\n {2}six: 111122223333\n[^]*git push sandbox-one HEAD:main, SANDBOX=one make up\.$/;
  const message = expect.stringMatching(says) as string;
  await expect(refuseElsewhere(folder)).rejects.toMatchObject({ name: 'Expected', ending: 'failure', message });
});
