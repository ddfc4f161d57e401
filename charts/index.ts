import type { Chart } from 'cdk8s';
import type { Construct } from 'constructs';

import type { Environment } from '../environments/schema';
import { Batch } from './batch';
import { EnvironmentBudget } from './budget';
import { EnvironmentNamespace } from './namespace';
import { Network } from './network';
import { Orchestration } from './orchestration';
import { Outputs } from './outputs';
import { Roles } from './roles';
import { Storage } from './storage';

/** The whole platform of one environment: one chart per file of `dist/<environment>`. */
export function environmentCharts(scope: Construct, env: Environment): Chart[] {
  const namespace = new EnvironmentNamespace(scope, env);
  const storage = new Storage(scope, env);
  const network = new Network(scope, env);
  const roles = new Roles(scope, env);
  const batch = new Batch(scope, env, network, roles);
  const orchestration = new Orchestration(scope, env);
  const budget = new EnvironmentBudget(scope, env);
  const outputs = new Outputs(scope, env, network);
  return [namespace, storage, network, roles, batch, orchestration, budget, outputs];
}
