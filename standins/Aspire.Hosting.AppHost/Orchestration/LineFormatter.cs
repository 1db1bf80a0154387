using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Aspire.Hosting.Orchestration;

/// <summary>One line per message, without category or time: the console of the AppHost is read by people.</summary>
internal sealed class LineFormatter() : ConsoleFormatter(FormatterName)
{
    internal const string FormatterName = "line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var prefix = logEntry.LogLevel switch
        {
            LogLevel.Critical or LogLevel.Error => "error: ",
            LogLevel.Warning => "warning: ",
            _ => "",
        };
        textWriter.WriteLine(prefix + logEntry.Formatter(logEntry.State, null)
            + (logEntry.Exception is { } e ? $" {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}" : ""));
    }
}
