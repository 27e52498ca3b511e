/** How the app asks for a feature flag, from the config. */
export interface Toggle {
  /** `flags.isOn({name})`: `{name}` becomes the flag's name in quotes. */
  readonly read: string;
  /** `import { flags } from "@/flags"`; without one what `read` begins with must be known where reads stand. */
  readonly import?: string | undefined;
  /** `{model}-{field}-read` */
  readonly name: string;
  /** The answer is a promise. */
  readonly isAsync: boolean;
}
