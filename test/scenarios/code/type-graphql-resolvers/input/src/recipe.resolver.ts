import { Arg, Mutation, Query, Resolver } from "type-graphql";
import { AppDataSource } from "./data-source";
import { Recipe } from "./recipe.entity";
import { AddRecipeInput, RecipeType } from "./recipe.types";

@Resolver(() => RecipeType)
export class RecipeResolver {
  private readonly recipes = AppDataSource.getRepository(Recipe);

  @Query(() => [RecipeType])
  async list(): Promise<RecipeType[]> {
    return this.recipes.find();
  }

  @Mutation(() => RecipeType)
  async add(@Arg("input") input: AddRecipeInput): Promise<RecipeType> {
    const recipe = this.recipes.create({
      title: input.title,
      description: input.description,
      minutes: input.minutes,
    });
    return this.recipes.save(recipe);
  }
}
