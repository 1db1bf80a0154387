using Npgsql;
using NpgsqlTypes;

namespace Shop.Catalog;

/// <summary>Parameters that may be null, or whose type the value does not tell.</summary>
internal static class SqlValue
{
    public static NpgsqlParameter Text(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Integer(int? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer };

    /// <summary>JSON text as jsonb.</summary>
    public static NpgsqlParameter Json(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };
}
