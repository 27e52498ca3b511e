// The parts of Prisma's RPC that the interception reads. Measured with prisma 7.10; unknown members are passed on unchanged.

export interface SchemaContainer {
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

export interface MigrationsList {
  readonly baseDir: string;
}

export interface CreateMigrationParams {
  readonly draft: boolean;
  readonly migrationName: string;
  readonly migrationsList: MigrationsList;
  readonly schema: SchemaContainer;
}

export interface CreateMigrationResult {
  readonly generatedMigrationName: string;
  readonly migrationScript: string | null;
}

export interface EvaluateDataLossParams {
  readonly migrationsList: MigrationsList;
  readonly schema: SchemaContainer;
}

export interface EvaluateDataLossResult {
  readonly migrationSteps: number;
  readonly unexecutableSteps: readonly { readonly message: string; readonly stepIndex: number }[];
  readonly warnings: readonly { readonly message: string; readonly stepIndex: number }[];
}
