import { Field, InputType, Int, ObjectType } from "type-graphql";

@ObjectType()
export class RecipeType {
  @Field(() => Int)
  id!: number;

  @Field()
  title!: string;

  @Field()
  description!: string;

  @Field(() => Int)
  minutes!: number;
}

@InputType()
export class AddRecipeInput {
  @Field()
  title!: string;

  @Field()
  description!: string;

  @Field(() => Int)
  minutes!: number;
}
