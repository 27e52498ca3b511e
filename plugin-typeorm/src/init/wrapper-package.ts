/** What the application loads; plans are made by @lockstep/typeorm, which is for development only. */
export const wrapperPackage = "@lockstep/typeorm-wrapper";
