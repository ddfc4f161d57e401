import * as https from 'node:https';
import { json } from 'node:stream/consumers';
import type { Kubectl } from '../kube/kubectl';
import { argocdNamespace } from '../parts/argocd';

/** Logs in to Argo CD's API as its first administrator, and returns the token; it is good for 24 hours. */
export async function logIn(kubectl: Kubectl, port: number, ca: string): Promise<string> {
  const args = [
    'get',
    'secret',
    'argocd-initial-admin-secret',
    `--namespace=${argocdNamespace}`,
    '--output=jsonpath={.data.password}',
  ];
  const password = Buffer.from(await kubectl.run(args), 'base64').toString();
  const body = JSON.stringify({ username: 'admin', password });
  const options = { method: 'POST', ca, headers: { 'content-type': 'application/json' }, agent: false } as const;
  return new Promise((resolve, reject) => {
    const request = https.request(`https://127.0.0.1:${port}/api/v1/session`, options, (response) => {
      json(response).then((answer) => {
        const { token } = answer as { token?: unknown };
        if (typeof token === 'string') resolve(token);
        else reject(new Error(`Argo CD refuses the login of its first administrator: ${JSON.stringify(answer)}`));
      }, reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}
