/** event.dataset: what a line is about. Protocols name theirs (protocols/module.ts). */
export type Dataset = `${string}.${string}`;

/** wiretail's own, about itself and about what no protocol decodes. */
export const WIRETAIL_DATASETS = [
  'wiretail.start',
  'wiretail.stats',
  'wiretail.flow',
  'wiretail.anomaly',
] as const satisfies readonly Dataset[];

/** What a record is about, as event.dataset and event.action have it. */
export interface Action {
  readonly dataset: Dataset;
  readonly action: string;
}
