import { Field, ID, ObjectType } from "@nestjs/graphql";

@ObjectType()
export class ContactModel {
  @Field(() => ID)
  id!: number;

  @Field()
  name!: string;

  @Field()
  email!: string;

  @Field(() => String, { nullable: true })
  city!: string | null;
}
