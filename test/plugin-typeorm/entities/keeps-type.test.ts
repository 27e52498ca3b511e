import { expect, test } from "vitest";
import { keepsType } from "../../../plugin-typeorm/src/entities/edit/make-optional.js";
import { Entities } from "../../../plugin-typeorm/src/entities/entities.js";

const entity = (
  head: string,
  more = "",
  decorator = "",
) => `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";
interface Named { handle: string }
@Entity()
export class User${head} {
  @PrimaryGeneratedColumn() id!: number;
  ${decorator} @Column({ type: "varchar" }) handle!: string;
  ${more}
}
`;

test.each([
  ["a property that nobody promises", entity(""), false],
  ["one that an interface promises", entity(" implements Named"), true],
  ["one that its class reads", entity("", "get label() { return this.handle.toUpperCase(); }"), true],
  ["one whose type GraphQL asks for", entity("", "", "@Field({ nullable: true })"), true],
  ["one that GraphQL is told the type of", entity("", "", "@Field(() => String, { nullable: true })"), false],
  ["one whose type OpenAPI asks for", entity("", "", '@ApiProperty({ example: "ada" })'), true],
  ["one that OpenAPI is told the type of", entity("", "", "@ApiProperty({ type: String })"), false],
  ["one that is only validated", entity("", "", "@IsString()"), false],
])("%s", (_, content, keeps) => {
  expect(keepsType(new Entities([{ path: "src/user.ts", content }]), { model: "User", field: "handle" })).toBe(keeps);
});
