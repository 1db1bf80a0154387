using System.Net.Sockets;
using Npgsql;

namespace Shop.ServiceDefaults.Problems;

/// <summary>Tells "the database is away" from "the statement is wrong".</summary>
public static class DatabaseErrors
{
    /// <summary>
    /// The server cannot be reached, is starting, stopping, full or too slow. What was under way may or may not have happened.
    /// </summary>
    public static bool IsAway(Exception exception) => exception switch
    {
        // 08: connection; 53: resources; 57: shutdown, start-up, cancelled by time-out; 25006: became a standby; 25P03: we stood still
        // within a transaction; 3D000: not created yet.
        PostgresException server => server.SqlState[..2] is "08" or "53" or "57" || server.SqlState is "25006" or "25P03" or "3D000",
        NpgsqlException { InnerException: SocketException or IOException or TimeoutException } => true,
        NpgsqlException client => client.IsTransient,
        // Npgsql looks the host name up outside its own wrapping.
        SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>A text that UTF-8 in PostgreSQL cannot hold, such as NUL.</summary>
    public static bool IsInvalidText(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter };
}
