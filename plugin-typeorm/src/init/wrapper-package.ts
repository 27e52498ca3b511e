/** The package that the application loads; @lockstep/typeorm makes plans, and is for development only. */
export const wrapperPackage = "@lockstep/typeorm-wrapper";
