using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;

namespace Shop.Catalog.Search;

/// <summary>A piece of a statement's text: written as it is, never taken from a request.</summary>
internal readonly record struct Sql(string Text);

/// <summary>
/// A statement in the making. What stands in the braces of an interpolated text becomes a parameter, unless it is
/// <see cref="Sql"/>. The text depends only on which parts there are, so that few statements are prepared.
/// </summary>
internal sealed class ReadStatement
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public List<NpgsqlParameter> Parameters { get; } = [];

    /// <summary>A parameter that the text names several times.</summary>
    public Sql Parameter(object value)
    {
        Parameters.Add(new NpgsqlParameter { Value = value });
        return new Sql(FormattableString.Invariant($"${Parameters.Count}"));
    }

    public ReadStatement Append(Sql sql)
    {
        _text.Append(sql.Text);
        return this;
    }

    public ReadStatement Append([InterpolatedStringHandlerArgument("")] ref Handler handler) => handler.Statement;

    public NpgsqlCommand ToCommand(NpgsqlDataSource source)
    {
        var command = source.CreateCommand(Text);
        foreach (var parameter in Parameters) command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>
    /// The same with a plan that is made once per session, for a statement whose values do not decide how it is best run. It is
    /// the second result.
    /// </summary>
    public NpgsqlBatch ToPlannedBatch(NpgsqlDataSource source)
    {
        var batch = source.CreateBatch();
        batch.Add("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)");
        batch.Add(Text, [.. Parameters]);
        return batch;
    }

    [InterpolatedStringHandler]
    public readonly ref struct Handler(int literalLength, int formattedCount, ReadStatement statement)
    {
        public ReadStatement Statement { get; } = Grown(statement, literalLength + 4 * formattedCount);

        public void AppendLiteral(string text) => Statement._text.Append(text);

        public void AppendFormatted(Sql sql) => Statement._text.Append(sql.Text);

        public void AppendFormatted(object value) => Statement._text.Append(Statement.Parameter(value).Text);

        private static ReadStatement Grown(ReadStatement statement, int by)
        {
            statement._text.EnsureCapacity(statement._text.Length + by);
            return statement;
        }
    }
}
