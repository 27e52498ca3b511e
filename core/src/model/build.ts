/** What `npx lockstep announce <service> --write <file>` wrote where this build was made. */
export interface Build {
  readonly service: string;
  readonly build: string;
  /** What says that an instance of this build is alive. */
  readonly statement: string;
}
