/** event.dataset of Gearman's records. */
export const GEARMAN_DATASETS = ['gearman.packet', 'gearman.admin', 'gearman.job'] as const;
