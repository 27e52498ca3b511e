import { type Static, Type } from "@sinclair/typebox";

export const PlantReply = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  family: Type.String(),
  height: Type.Integer(),
});

export type PlantReply = Static<typeof PlantReply>;
