using Npgsql;

namespace Shop.Catalog;

internal static class BatchExtensions
{
    /// <summary>Adds a statement whose parameters are positional, <c>$1</c> first: values, or parameters with a type.</summary>
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        batch.BatchCommands.Add(command);
    }
}
