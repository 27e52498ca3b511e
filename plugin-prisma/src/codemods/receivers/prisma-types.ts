/** Whether `Prisma.UserGetPayload<{ include: … }>` and its kin hold all columns of the model. */
export function isRowType(_qualifier: string, name: string, argument: string | undefined, model: string): boolean {
  if (name === `$${model}Payload` || name === `${model}Model`) return true;
  if (name !== `${model}GetPayload`) return false;
  // A payload of `typeof args` may be anything; one with select or omit names its columns itself.
  return argument === undefined || /^\{\s*(?:\}|include\b)/.test(argument.trim());
}
