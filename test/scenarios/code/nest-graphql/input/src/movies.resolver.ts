import { Args, Mutation, Query, Resolver } from "@nestjs/graphql";
import type { Movie } from "@prisma/client";
import { MovieModel } from "./movie.model";
import { PrismaService } from "./prisma.service";

function toModel(movie: Movie): MovieModel {
  return { id: movie.id, title: movie.title, director: movie.director, year: movie.year };
}

@Resolver(() => MovieModel)
export class MoviesResolver {
  constructor(private readonly prisma: PrismaService) {}

  @Query(() => [MovieModel])
  async movies(): Promise<MovieModel[]> {
    return (await this.prisma.movie.findMany()).map(toModel);
  }

  @Mutation(() => MovieModel)
  async addMovie(@Args("title") title: string, @Args("director") director: string): Promise<MovieModel> {
    return toModel(await this.prisma.movie.create({ data: { title, director, year: 2024 } }));
  }
}
