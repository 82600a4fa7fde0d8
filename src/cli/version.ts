/** From package.json, put in by the build. */
declare const COOPERATE_VERSION: string;

export const version = COOPERATE_VERSION;
