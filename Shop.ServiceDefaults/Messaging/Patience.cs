using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults.Data;
using Shop.ServiceDefaults.Problems;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// Tells failures of the work from a database that is away, which is nobody's failure: what is delivered is kept, which stops
/// consumption after the prefetched ones, until the database answers again.
/// </summary>
internal sealed partial class Patience(ServiceDatabases databases, TimeProvider time, ILogger<Patience> logger)
{
    private static readonly TimeSpan ProbePause = TimeSpan.FromSeconds(1);

    /// <summary>The failure of the work; null when it is done.</summary>
    public async Task<Exception?> TryAsync(Envelope message, Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await work(stoppingToken);
                return null;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                if (!DatabaseErrors.IsAway(failure) || await AllAnswerAsync(stoppingToken))
                    return failure;
                LogWaiting(message.Type, message.MessageId);
            }

            do
            {
                await Task.Delay(ProbePause, time, stoppingToken);
            }
            while (!await AllAnswerAsync(stoppingToken));
        }
    }

    private async Task<bool> AllAnswerAsync(CancellationToken stoppingToken)
    {
        var answers = await Task.WhenAll(databases.All.Select(database => database.AnswersAsync(stoppingToken)));
        return answers.All(answer => answer);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Type} {MessageId} waits for the database")]
    private partial void LogWaiting(string type, Guid messageId);
}
