import { platform, type Environment } from '../../environments/schema';

/** The tags of an environment's resources, sorted by key, as AWS's APIs and so ACK's kinds want them. */
export class Tags {
  constructor(private readonly env: Environment) {}

  /**
   * As a map: Batch, Budgets.
   *
   * @param extra `Name` for the EC2 console, `Service` for data, network and orchestration.
   */
  map(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    const tags = { ...this.env.tags, ...extra, Project: platform, Environment: this.env.name, ManagedBy: 'ACK' };
    return Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** As a list of key and value: the other services. */
  list(extra: Readonly<Record<string, string>> = {}): { readonly key: string; readonly value: string }[] {
    return Object.entries(this.map(extra)).map(([key, value]) => ({ key, value }));
  }
}

/** The tag of data, network and orchestration. */
export const serviceTag = { Service: platform };
