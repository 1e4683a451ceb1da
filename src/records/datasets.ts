/** event.dataset: the kind of a record. Protocols name theirs (protocols/module.ts). */
export type Dataset = `${string}.${string}`;

/** Datasets about wiretail itself, and about connections that no protocol decodes. */
export const WIRETAIL_DATASETS = [
  'wiretail.start',
  'wiretail.stats',
  'wiretail.flow',
  'wiretail.anomaly',
] as const satisfies readonly Dataset[];

/** The kind of event in a record: event.dataset and event.action. */
export interface Action {
  readonly dataset: Dataset;
  readonly action: string;
}
