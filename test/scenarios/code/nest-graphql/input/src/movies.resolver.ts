import { Args, Mutation, Query, Resolver } from "@nestjs/graphql";
import { MovieModel } from "./movie.model";
import { PrismaService } from "./prisma.service";

@Resolver(() => MovieModel)
export class MoviesResolver {
  constructor(private readonly prisma: PrismaService) {}

  @Query(() => [MovieModel])
  async movies(): Promise<MovieModel[]> {
    return this.prisma.movie.findMany();
  }

  @Mutation(() => MovieModel)
  async addMovie(@Args("title") title: string, @Args("director") director: string): Promise<MovieModel> {
    return this.prisma.movie.create({ data: { title, director, year: 2024 } });
  }
}
