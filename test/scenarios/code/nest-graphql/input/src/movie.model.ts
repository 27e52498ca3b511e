import { Field, Int, ObjectType } from "@nestjs/graphql";

@ObjectType()
export class MovieModel {
  @Field(() => Int)
  id!: number;

  @Field()
  title!: string;

  @Field()
  director!: string;

  @Field(() => Int)
  year!: number;
}
