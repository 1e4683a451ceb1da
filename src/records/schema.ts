export function recordSchema(): object { return {}; }
