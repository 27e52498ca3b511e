import { Readable } from "node:stream";
import { Body, Controller, Get, Param, Post, Query, StreamableFile } from "@nestjs/common";
import { ApiOkResponse, ApiTags } from "@nestjs/swagger";
import { IdParams, nextAfter, PageQuery } from "../common/page";
import { ImportUsersDto } from "./dto/import-users.dto";
import { User } from "./user.entity";
import { UserExport } from "./user-export";
import { UsersService } from "./users.service";

@ApiTags("admin")
@Controller("admin/users")
export class AdminUsersController {
  constructor(
    private readonly users: UsersService,
    private readonly exports: UserExport,
  ) {}

  @Get("export")
  async export(@Query() query: PageQuery): Promise<{ users: Partial<User>[]; nextAfter: number | null }> {
    const users = await this.exports.page(query.after, query.limit);
    return { users, nextAfter: nextAfter(users, query.limit) };
  }

  @Get("newsletter.csv")
  @ApiOkResponse({ content: { "text/csv": {} } })
  newsletter(@Query() { after }: PageQuery): StreamableFile {
    return new StreamableFile(Readable.from(this.exports.csvLines(after)), { type: "text/csv; charset=utf-8" });
  }

  @Post("import")
  async import(@Body() { users }: ImportUsersDto): Promise<{ added: number }> {
    return { added: await this.users.import(users) };
  }

  /** Support wants the row as it is stored, whatever the public API shows of it. */
  @Get(":id")
  get(@Param() { id }: IdParams): Promise<User> {
    return this.users.get(id);
  }
}
