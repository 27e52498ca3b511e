/** How the app reads a feature flag, from the config. */
export interface Toggle {
  /** `flags.isOn({name})`: `{name}` becomes the flag's name in quotes. */
  readonly read: string;
  /** `import { flags } from "@/flags"`. Without one, the first name of `read` must be in scope at the reads. */
  readonly import?: string | undefined;
  /** `{model}-{field}-read` */
  readonly name: string;
  readonly isAsync: boolean;
}
