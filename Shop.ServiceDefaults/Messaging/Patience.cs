using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults.Data;
using Shop.ServiceDefaults.Problems;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// Tells failures of the work from a database that is away, which is nobody's failure: what is delivered is kept, which stops
/// consumption after the prefetched ones, until the database answers again. When one of several is away, that would keep
/// messages waiting whose databases are there: then what is delivered had better move aside.
/// </summary>
internal sealed partial class Patience(ServiceDatabases databases, TimeProvider time, ILogger<Patience> logger)
{
    private static readonly TimeSpan ProbePause = TimeSpan.FromSeconds(1);

    /// <summary>What became of the work, once it is done or has failed.</summary>
    /// <param name="message">For which the work is.</param>
    /// <param name="work">Is done again after every time that all databases were away.</param>
    /// <param name="mayMoveAside">Whether a message that only needs to wait can do that elsewhere; otherwise it is kept here.</param>
    /// <param name="stoppingToken">Ends the waiting.</param>
    public async Task<Outcome> TryAsync(
        Envelope message, Func<CancellationToken, Task> work, bool mayMoveAside, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await work(stoppingToken);
                return new Outcome(null);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                var answering = DatabaseErrors.IsAway(failure) ? await AnsweringAsync(stoppingToken) : databases.Count;
                if (answering == databases.Count)
                    return new Outcome(failure);
                if (mayMoveAside && answering > 0)
                    return new Outcome(failure, OneIsAway: true);
                LogWaiting(message.Type, message.MessageId);
            }

            do
            {
                await Task.Delay(ProbePause, time, stoppingToken);
            }
            while (await AnsweringAsync(stoppingToken) < (mayMoveAside ? 1 : databases.Count));
        }
    }

    private async Task<int> AnsweringAsync(CancellationToken stoppingToken)
    {
        var answers = await Task.WhenAll(databases.All.Select(database => database.AnswersAsync(stoppingToken)));
        return answers.Count(answer => answer);
    }

    /// <param name="Failure">Null when the work is done.</param>
    /// <param name="OneIsAway">It failed since one of several databases is away, which does not count as a try.</param>
    internal readonly record struct Outcome(Exception? Failure, bool OneIsAway = false);

    [LoggerMessage(1, LogLevel.Warning, "{Type} {MessageId} waits for the database")]
    private partial void LogWaiting(string type, Guid messageId);
}
