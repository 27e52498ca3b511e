/** The content of the file that `npx lockstep announce <service> --write <file>` wrote when this build was made. */
export interface Build {
  readonly service: string;
  readonly build: string;
  /** The statement that announces an instance of this build. */
  readonly statement: string;
}
