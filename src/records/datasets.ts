/** event.dataset: what a line is about. The tables of the protocols name these; the schema lists them. */
export const DATASETS = [
  'gearman.packet',
  'gearman.admin',
  'wiretail.start',
  'wiretail.stats',
  'wiretail.anomaly',
] as const;

export type Dataset = (typeof DATASETS)[number];
