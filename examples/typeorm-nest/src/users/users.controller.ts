import { Body, Controller, Get, Param, Patch, Post, Put, Query } from "@nestjs/common";
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from "@nestjs/swagger";
import { plainToInstance } from "class-transformer";
import { IdParams, nextAfter, PageQuery } from "../common/page";
import { CreateUserDto } from "./dto/create-user.dto";
import { SyncUserDto, UserEmailParams } from "./dto/sync-user.dto";
import { UpdateUserDto } from "./dto/update-user.dto";
import { UserListResponse, UserResponse } from "./dto/user-response.dto";
import { UserSearchItem, UserSearchQuery, UserSearchResponse } from "./dto/user-search.dto";
import { toUserResponse } from "./user.mapper";
import { UsersService } from "./users.service";

@ApiTags("users")
@Controller("users")
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Post()
  @ApiCreatedResponse({ type: UserResponse })
  async create(@Body() body: CreateUserDto): Promise<UserResponse> {
    return toUserResponse(await this.users.create(body));
  }

  @Get()
  @ApiOkResponse({ type: UserListResponse })
  async list(@Query() query: PageQuery): Promise<UserListResponse> {
    const users = await this.users.list(query);
    return { items: users.map(toUserResponse), nextAfter: nextAfter(users, query.limit) };
  }

  @Get("search")
  @ApiOkResponse({ type: UserSearchResponse })
  async search(@Query() { q }: UserSearchQuery): Promise<UserSearchResponse> {
    const users = await this.users.search(q);
    return { items: plainToInstance(UserSearchItem, users, { excludeExtraneousValues: true }) };
  }

  @Get(":id")
  @ApiOkResponse({ type: UserResponse })
  async get(@Param() { id }: IdParams): Promise<UserResponse> {
    return toUserResponse(await this.users.get(id));
  }

  @Patch(":id")
  @ApiOkResponse({ type: UserResponse })
  async update(@Param() { id }: IdParams, @Body() body: UpdateUserDto): Promise<UserResponse> {
    return toUserResponse(await this.users.update(id, body));
  }

  @Put("by-email/:email")
  @ApiOkResponse({ type: UserResponse })
  async sync(@Param() { email }: UserEmailParams, @Body() { name }: SyncUserDto): Promise<UserResponse> {
    return toUserResponse(await this.users.sync(email, name));
  }
}
