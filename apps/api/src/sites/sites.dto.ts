import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

const TYPES = ['pick-face', 'reserve', 'receiving', 'staging', 'hospital', 'dock'];

export class PageQueryDto {
  /** The `next` of the page before. */
  @IsOptional() @IsString() @Length(1, 100) cursor?: string;
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
}

export class LocationQueryDto extends PageQueryDto {
  @IsOptional() @IsString() @Length(1, 32) zone?: string;
  @IsOptional() @IsIn(TYPES) type?: string;
}

export class BlockDto {
  @IsBoolean() blocked: boolean;
}
